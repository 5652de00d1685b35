/** Questions to the person, one at a time: yes or no, or a line of text. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';

export interface Question {
  readonly title: string;
  readonly body: string;
  /** What the button does: a verb. */
  readonly action: string;
  readonly danger: boolean;
  /** A line of text to edit, or null for yes or no. */
  readonly text: { readonly label: string; readonly value: string } | null;
  answer(value: string | null): void;
}

export const useDialogs = defineStore('dialogs', () => {
  const question = shallowRef<Question | null>(null);

  function ask(asked: Omit<Question, 'answer'>): Promise<string | null> {
    question.value?.answer(null);
    return new Promise((resolve) => {
      question.value = {
        ...asked,
        answer(value) {
          question.value = null;
          resolve(value);
        },
      };
    });
  }

  async function confirm(title: string, body: string, action: string): Promise<boolean> {
    return (await ask({ title, body, action, danger: true, text: null })) !== null;
  }

  function prompt(
    title: string,
    label: string,
    value: string,
    action: string,
    body = '',
  ): Promise<string | null> {
    return ask({ title, body, action, danger: false, text: { label, value } });
  }

  return { question, confirm, prompt };
});

/**
 * Remote calls: a table of methods, each with a schema for what goes in and what comes out. Both
 * sides check: the callee its input, the caller its answer. Errors travel as values.
 */
import { z } from 'zod';
import { BasinError, type ErrorValue, errorValue } from './error.ts';

export interface Method {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
}
export type MethodTable = Readonly<Record<string, Method>>;

/** What the callee implements and the caller holds. Every method takes one object. */
export type Api<Table extends MethodTable> = {
  readonly [Name in keyof Table]: (
    input: z.input<Table[Name]['input']>,
  ) => Promise<z.output<Table[Name]['output']>>;
};

/** What the callee writes: its input arrives parsed. */
export type Implementation<Table extends MethodTable> = {
  readonly [Name in keyof Table]: (
    input: z.output<Table[Name]['input']>,
  ) => z.output<Table[Name]['output']> | Promise<z.output<Table[Name]['output']>>;
};

export const reply = z.union([z.strictObject({ value: z.unknown() }), z.strictObject({ error: errorValue })]);
export type Reply = z.infer<typeof reply>;

/** The one remote function under birpc: `call(method, input)`. */
export type Call = (method: string, input: unknown) => Promise<Reply>;

export function serve<Table extends MethodTable>(table: Table, implementation: Implementation<Table>): Call {
  return async (name, raw) => {
    const method = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!method) return { error: { code: 'bad-input', message: `Call ${name}: no such method.` } };
    const input = method.input.safeParse(raw);
    if (!input.success) return { error: inputError(name, input.error) };
    try {
      return { value: await implementation[name as keyof Table](input.data as never) };
    } catch (error) {
      return { error: toErrorValue(error) };
    }
  };
}

/** @throws BasinError as sent by the other side, or `internal` where its answer has another form. */
export function client<Table extends MethodTable>(table: Table, call: Call): Api<Table> {
  const methods = Object.entries(table).map(([name, method]) => [
    name,
    async (input: unknown) => {
      const answer = reply.parse(await call(name, input));
      if ('error' in answer) {
        throw new BasinError(answer.error.code, answer.error.message, answer.error.path);
      }
      const value = method.output.safeParse(answer.value);
      if (value.success) return value.data;
      throw new BasinError('internal', `Answer of ${name}: ${firstIssue(value.error).message}.`);
    },
  ]);
  return Object.fromEntries(methods) as Api<Table>;
}

export function toErrorValue(error: unknown): ErrorValue {
  if (error instanceof BasinError) {
    const path = error.path === undefined ? {} : { path: error.path };
    return { code: error.code, message: error.message, ...path };
  }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}

export function firstIssue(error: z.ZodError): { message: string; path: string } {
  const issue = error.issues[0];
  const path = issue?.path.map(String).join('.') ?? '';
  return { message: path ? `${path}: ${issue?.message}` : (issue?.message ?? 'invalid'), path };
}

function inputError(name: string, error: z.ZodError): ErrorValue {
  const { message, path } = firstIssue(error);
  return { code: 'bad-input', message: `Call ${name}: ${message}.`, path };
}

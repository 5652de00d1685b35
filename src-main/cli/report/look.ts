/** The look of a report's pictures: always light. */

/** Okabe and Ito's colours, told apart by people with every common colour vision; the window's too. */
export const colours = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#7a7a7a'];
export const ink = { text: '#23272e', faint: '#5c636e', grid: '#e9ebee', axis: '#b4bac4' };
export const font = 'Inter, system-ui, sans-serif';

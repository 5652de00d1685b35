/** The folder that holds package.json: src-main/cli and out/cli both lie two levels below it. */
export const packageRoot = new URL('../../', import.meta.url);

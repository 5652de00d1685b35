/** The folder that holds package.json: src-main/worker and out/worker both lie two levels below it. */
export const packageRoot = new URL('../../', import.meta.url);

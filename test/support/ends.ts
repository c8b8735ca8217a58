/**
 * What a module that tests share does when a test has ended, and when a file has. Test files share their modules, so that
 * hooks at the top of one would be hooks of the first file alone that loads it: each file's are in `setup.ts`.
 */
export const afterEveryTest: (() => void | Promise<void>)[] = [];
export const afterEveryFile: (() => void | Promise<void>)[] = [];

/** A name that can stand in a path, a folder, a key of a store and a label as it is, the same whether or not case counts there. */
export const INSTANCE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;

export const INSTANCE_NAME_FORM = '1-32 of a-z, 0-9 and -, with a letter or digit at both ends';

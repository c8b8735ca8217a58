/** A module of its own, so that undici is loaded with the first call and not at the start. */
export { Pool } from 'undici';

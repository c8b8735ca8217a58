/** A separate module, so that undici is loaded with the first call and not at startup. */
export { Pool } from 'undici';

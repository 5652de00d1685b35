/** Imported before any schema is made: the page's content security policy forbids code made from strings. */
import { z } from 'zod';

z.config({ jitless: true });

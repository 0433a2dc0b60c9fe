import { v7 } from 'uuid';

/** Makes ids; handed in where tests need to know them. */
export type NewId = () => string;

/** A UUID v7: ids made later sort later, which keeps the newest rows of an index together. */
export const newId: NewId = () => v7();

/** Raised whenever a rule changes by which bytes of context are made: part of every key and of the start of every chain. */
export const renderVersion = 1;

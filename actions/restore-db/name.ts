/** `shop_restored_20261126041500`: lower-case, so that it needs no quotes where the database's own name needs none. */
export const restoredName = (database: string, now: number): string => `${database}_restored_${digits(now)}`;

/** What the old one is called when the restored one takes its place. */
export const keptName = (database: string, now: number): string => `${database}_before_${digits(now)}`;

const digits = (now: number): string => new Date(now).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '');

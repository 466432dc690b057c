/** A hot path may answer at once: an in-memory decision or hit does not cost a promise. */
export type MaybePromise<T> = T | Promise<T>

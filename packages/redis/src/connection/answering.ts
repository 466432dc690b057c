/** Who waits for a reply: one of the two is called, once, and throws nothing. */
export interface Answering {
  readonly answered: (reply: unknown) => void
  readonly failed: (error: unknown) => void
}

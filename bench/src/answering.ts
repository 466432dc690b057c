/** The other side of a worker: a process that answers one question after another until nobody asks any more. */

export interface Reply {
  readonly answer?: unknown
  readonly failure?: string
}

/** `make` prepares what answers; `close` ends it. A rejection of either is told to whoever asks. */
export async function answering(
  make: () => Promise<{ answer(question: unknown): Promise<unknown>; close(): Promise<void> }>,
): Promise<void> {
  try {
    const { answer, close } = await make()
    process.on('message', (question) => void reply(() => answer(question)))
    // Some contestants keep timers of theirs after they were closed.
    process.once('disconnect', () => void close().finally(() => process.exit()))
    await reply(async () => undefined)
  } catch (error) {
    await reply(() => Promise.reject(error))
  }
}

async function reply(ask: () => Promise<unknown>): Promise<void> {
  let said: Reply
  try {
    said = { answer: await ask() }
  } catch (error) {
    said = { failure: error instanceof Error ? error.message : String(error) }
  }
  process.send?.(said)
}

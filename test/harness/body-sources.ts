/** Where the bodies of the harnesses come from, whichever framework sends them. */

export async function* failingSource(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
  throw new Error('the source failed')
}

export function webStreamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
}

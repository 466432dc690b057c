/** A stream that passes on what another brings, and shows the recorder every byte. */
import { pipeline, Readable, Transform, type TransformCallback } from 'node:stream'
import type { Departure, ResponseRecorder } from '@forebay/core'

class RecordedStream extends Transform {
  readonly #recorder: ResponseRecorder
  readonly #departure: Departure
  #position = 0

  constructor(recorder: ResponseRecorder, departure: Departure) {
    super()
    this.#recorder = recorder
    this.#departure = departure
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    const { recording, window } = this.#departure
    if (recording) this.#recorder.write(chunk)
    const from = this.#position
    this.#position += chunk.byteLength
    if (window === undefined) callback(null, chunk)
    else callback(null, chunk.subarray(Math.max(0, window.from - from), Math.max(0, window.to - from)))
  }

  override _flush(callback: TransformCallback): void {
    if (this.#departure.recording) this.#recorder.end()
    callback()
  }
}

export function recordStream(source: object, recorder: ResponseRecorder, departure: Departure): Readable {
  const recorded = new RecordedStream(recorder, departure)
  pipeline(readableOf(source), recorded, (error) => {
    if (error && departure.recording) recorder.abort()
  })
  return recorded
}

function readableOf(source: object): Readable {
  if (source instanceof Blob) return Readable.fromWeb(source.stream() as never)
  if (source instanceof Response)
    return source.body === null ? Readable.from([]) : Readable.fromWeb(source.body as never)
  if (source instanceof ReadableStream) return Readable.fromWeb(source as never)
  return source as Readable
}

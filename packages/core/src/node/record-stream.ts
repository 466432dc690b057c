/** A stream that passes on what another brings, and shows the recorder every byte. */
import { finished, type Readable, Transform, type TransformCallback } from 'node:stream'
import type { Departure, ResponseRecorder } from '../ports/http.ts'

/**
 * What leaves for the client of `source`: all of it, or the departure's window. The recorder is shown all bytes, and hears
 * exactly one of `end` and `abort` when the departure is recording. Reads `source` at the pace at which the result is
 * read; destroying either side destroys the other, and an error of `source` is an error of the result.
 */
export function recordStream(source: Readable, recorder: ResponseRecorder, departure: Departure): Readable {
  const recorded = new RecordedStream(source, recorder, departure)
  // Where the client has left already, nobody reads the result, nor hears of its error: that must not end the process.
  recorded.on('error', () => {})
  finished(source, { writable: false }, (error) => {
    if (error) recorded.destroy(error)
  })
  return source.pipe(recorded)
}

class RecordedStream extends Transform {
  readonly #source: Readable
  readonly #recorder: ResponseRecorder
  readonly #departure: Departure
  #position = 0
  #isWhole = false

  constructor(source: Readable, recorder: ResponseRecorder, departure: Departure) {
    super()
    this.#source = source
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
    this.#isWhole = true
    if (this.#departure.recording) this.#recorder.end()
    callback()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (!this.#isWhole) {
      if (this.#departure.recording) this.#recorder.abort()
      // Without an error, as whoever reads it would have: a client that leaves is none of its faults.
      this.#source.destroy()
    }
    callback(error)
  }
}

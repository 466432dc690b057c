/** A recorder by hand, for tests of what an adapter shows to one. */
import type { Departure, HeaderFields, ResponseRecorder } from '@forebay/core'

/** Writes down what it is shown, and answers `start` as it is told. */
export class NotingRecorder implements ResponseRecorder {
  readonly calls: string[] = []
  readonly chunks: Buffer[] = []
  fields: HeaderFields = {}
  readonly #departure: Partial<Departure>

  constructor(departure: Partial<Departure> = {}) {
    this.#departure = departure
  }

  start(status: number, fields: HeaderFields, wholeBody?: Uint8Array): Departure {
    this.calls.push(`start ${status}${wholeBody === undefined ? '' : ` of ${wholeBody.length}`}`)
    this.fields = fields
    const asIs = { status, set: [], remove: [], window: undefined, body: undefined, recording: true }
    return { ...asIs, ...this.#departure }
  }

  write(chunk: Uint8Array): void {
    this.chunks.push(Buffer.from(chunk))
  }

  end(): void {
    this.calls.push(`end after ${Buffer.concat(this.chunks).length}`)
  }

  abort(): void {
    this.calls.push('abort')
  }
}

/** A recorder until its response is sent: by Fastify, by the handler on the raw response, or never. */
import type { ServerResponse } from 'node:http'
import { tapResponse, type ResponseRecorder, type Undo } from '@forebay/core'

/** Records what is written to the raw response itself, and aborts when the connection closes before anything was sent. */
export class PendingRecording {
  readonly #recorder: ResponseRecorder
  readonly #untap: Undo

  constructor(response: ServerResponse, recorder: ResponseRecorder) {
    this.#recorder = recorder
    this.#untap = tapResponse(response, recorder)
  }

  /** Hands the recorder over: from now on whoever took it says how the response ends. */
  take(): ResponseRecorder {
    this.#untap()
    return this.#recorder
  }
}

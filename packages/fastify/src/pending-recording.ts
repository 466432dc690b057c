/** A recorder until its response is sent: by Fastify, by the handler on the raw response, or never. */
import type { FastifyReply } from 'fastify'
import { tapResponse, type ResponseRecorder, type Undo } from '@forebay/core'
import { HandlersPart } from './handlers-part.ts'

/** Records what is written to the raw response itself, and aborts when the connection closes before anything was sent. */
export class PendingRecording {
  readonly part: HandlersPart
  readonly #recorder: ResponseRecorder
  readonly #untap: Undo

  constructor(reply: FastifyReply, recorder: ResponseRecorder) {
    this.part = new HandlersPart(reply)
    this.#recorder = recorder
    this.#untap = tapResponse(reply.raw, recorder)
  }

  /** Hands the recorder over: from now on whoever took it says how the response ends. */
  take(): ResponseRecorder {
    this.#untap()
    return this.#recorder
  }
}

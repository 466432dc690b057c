/** Watches a handler's response on its way to the client, and stores it when it was whole. */
import type { Undo } from '../ports/clock.ts'
import type { Departure, HeaderFields, ResponseRecorder } from '../ports/http.ts'
import { BodyRecording } from './body-recording.ts'
import { keep, storedResponse, unkeep } from './keep.ts'
import { answeringRouteOf } from './notes.ts'
import { asProduced } from './pass-through.ts'
import type { Reason } from './reasons.ts'
import type { Run } from './run.ts'
import { judgeRun, refuse, type RunVerdict } from './run-verdict.ts'
import type { StoringPlan } from './storing.ts'
import { noteOver } from './underway.ts'

/** One per run of the handler. No method throws, and nobody waits for a recorder that is over. */
export class CacheRecorder implements ResponseRecorder {
  readonly #run: Run
  #plan: StoringPlan | undefined
  #body: BodyRecording | undefined
  /** Given all at once at the start. */
  #isWhole = false
  #isKept = false
  #isOver = false
  /** Adapters tell of most departures of clients, but not of those before they were given the recorder. */
  readonly #stopListening: Undo
  #stopClock: Undo | undefined

  constructor(run: Run) {
    this.#run = run
    this.#stopListening = run.request.exchange.onAbort(() => this.abort())
  }

  start(status: number, fields: HeaderFields, wholeBody?: Uint8Array): Departure {
    if (this.#run.isWrapped) {
      this.#close()
      return asProduced(status)
    }
    let verdict: RunVerdict
    try {
      this.#run.route = answeringRouteOf(this.#run.request.exchange) ?? this.#run.route
      verdict = judgeRun(this.#run, { status, fields, wholeBytes: wholeBody?.byteLength })
    } catch (error) {
      // Whatever went wrong in here, the handler's own response is what the client gets.
      this.#run.mount.core.ownFailure('store', error)
      this.#run.flight?.release()
      this.#close()
      return asProduced(status)
    }
    if (verdict.plan === undefined) this.#close()
    else this.#record(verdict.plan, verdict.bodyBytes, wholeBody)
    return verdict.departure
  }

  write(chunk: Uint8Array): void {
    const body = this.#body
    if (this.#isOver || this.#isWhole || chunk.byteLength === 0) return
    if (this.#isKept) this.#retract('incomplete')
    if (body === undefined) return
    body.add(chunk)
    if (body.isTooLarge) this.#refuse('too-large')
    // With its last byte the client has it all, and may ask again before the handler has said that this was the end.
    else if (body.isComplete) this.#keep(body)
  }

  end(trailers: boolean = false): void {
    if (this.#isOver) return
    if (trailers) {
      if (this.#isKept) this.#retract('trailers')
      else this.#refuse('trailers')
    } else if (this.#isKept) this.#close()
    else if (this.#body !== undefined) this.#keep(this.#body)
    else this.abort()
    this.#close()
  }

  abort(): void {
    if (this.#isOver) return
    this.#close()
    if (!this.#isKept) this.#run.flight?.fail()
  }

  #keep(recorded: BodyRecording): void {
    const plan = this.#plan
    const body = recorded.finish()
    if (plan === undefined || body === undefined) {
      this.#refuse('incomplete')
      return
    }
    this.#isKept = true
    this.#body = undefined
    keep(this.#run, plan, storedResponse(this.#run, plan, body))
  }

  /** What follows a whole response shows that it was not what it said. */
  #retract(reason: Reason): void {
    const plan = this.#plan
    if (plan !== undefined) unkeep(this.#run, plan)
    this.#refuse(reason)
  }

  #record(plan: StoringPlan, bodyBytes: number | undefined, wholeBody: Uint8Array | undefined): void {
    this.#plan = plan
    this.#body = new BodyRecording(this.#run.mount.settings.maxBodyBytes, bodyBytes)
    if (wholeBody !== undefined) {
      this.#body.add(wholeBody)
      this.#isWhole = true
      return
    }
    const { core, settings } = this.#run.mount
    const { flight } = this.#run
    // A client that reads slowly slows the stream down for itself, not for those who wait for it.
    if (flight !== undefined) {
      this.#stopClock = core.clock.schedule(settings.leaseMs, () => flight.release('free'))
    }
  }

  #refuse(reason: Reason): void {
    const status = this.#plan?.status ?? 0
    this.#close()
    refuse(this.#run, status, reason)
  }

  /** The client's own conditions are back on the request for whoever reads it after the handler. */
  #close(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#body = undefined
    this.#stopListening()
    this.#stopClock?.()
    this.#run.conditions.restore()
    noteOver(this.#run)
  }
}

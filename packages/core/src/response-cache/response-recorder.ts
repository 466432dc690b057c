/** Watches a handler's response on its way to the client, and stores it when it was whole. */
import type { Departure, HeaderFields, ResponseRecorder } from '../ports/http.ts'
import { BodyRecording } from './body-recording.ts'
import { keep, storedResponse } from './keep.ts'
import type { Reason } from './reasons.ts'
import type { Run } from './run.ts'
import { judgeRun, refuse, type RunVerdict } from './run-verdict.ts'
import type { StoringPlan } from './storing.ts'

/** One per run of the handler. No method throws, and nobody waits for a recorder that is over. */
export class CacheRecorder implements ResponseRecorder {
  readonly #run: Run
  #plan: StoringPlan | undefined
  #body: BodyRecording | undefined
  #isWhole = false
  #isOver = false

  constructor(run: Run) {
    this.#run = run
  }

  start(status: number, fields: HeaderFields, wholeBody?: Uint8Array): Departure {
    let verdict: RunVerdict
    try {
      verdict = judgeRun(this.#run, { status, fields, wholeBytes: wholeBody?.byteLength })
    } catch (error) {
      // Whatever went wrong in here, the handler's own response is what the client gets.
      this.#run.mount.core.ownFailure('store', error)
      this.#run.flight?.release()
      this.#close()
      return { status, set: [], remove: [], window: undefined, body: undefined, recording: false }
    }
    if (verdict.plan === undefined) this.#close()
    else this.#record(verdict.plan, verdict.bodyBytes, wholeBody)
    return verdict.departure
  }

  write(chunk: Uint8Array): void {
    if (this.#isOver || this.#isWhole || this.#body === undefined) return
    this.#body.add(chunk)
    if (this.#body.isTooLarge) this.#refuse('too-large')
  }

  end(trailers: boolean = false): void {
    if (this.#isOver) return
    const plan = this.#plan
    const body = this.#body?.finish()
    if (plan === undefined) this.abort()
    else if (trailers) this.#refuse('trailers')
    else if (body === undefined) this.#refuse('incomplete')
    else {
      this.#close()
      keep(this.#run, plan, storedResponse(this.#run, plan, body))
    }
  }

  abort(): void {
    if (this.#isOver) return
    this.#close()
    this.#run.flight?.fail()
  }

  #record(plan: StoringPlan, bodyBytes: number | undefined, wholeBody: Uint8Array | undefined): void {
    this.#plan = plan
    this.#body = new BodyRecording(this.#run.mount.settings.maxBodyBytes, bodyBytes)
    if (wholeBody === undefined) return
    this.#body.add(wholeBody)
    this.#isWhole = true
  }

  #refuse(reason: Reason): void {
    const status = this.#plan?.status ?? 0
    this.#close()
    refuse(this.#run, status, reason)
  }

  /** The client's own conditions are back on the request for whoever reads it after the handler. */
  #close(): void {
    this.#isOver = true
    this.#body = undefined
    this.#run.conditions.restore()
  }
}

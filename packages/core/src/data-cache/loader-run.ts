/** One run of a loader, with its signal and its deadline. */
import { ForebayError } from '../kit/forebay-error.ts'
import { isPromise } from '../kit/promise.ts'
import type { Clock } from '../ports/clock.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { LoadContext, Loader } from './data-cache.ts'

export interface LoaderRun {
  readonly key: string
  readonly loader: Loader
  /** The stale value, made when the loader asks for it. */
  readonly stale: () => unknown
  readonly hardTimeoutMs: number | undefined
}

class RunContext implements LoadContext {
  readonly key: string
  readonly #stale: () => unknown
  #controller: AbortController | undefined

  constructor({ key, stale }: LoaderRun) {
    this.key = key
    this.#stale = stale
  }

  get signal(): AbortSignal {
    return this.#asController().signal
  }

  get stale(): unknown {
    return this.#stale()
  }

  abort(reason: unknown): void {
    this.#asController().abort(reason)
  }

  /** Made when somebody asks: most loaders never do. */
  #asController(): AbortController {
    this.#controller ??= new AbortController()
    return this.#controller
  }
}

/** Throws or rejects with what the loader does, or with `FOREBAY_LOADER_TIMEOUT`; what comes after that is nobody's. */
export function runLoader(clock: Clock, run: LoaderRun): MaybePromise<unknown> {
  const context = new RunContext(run)
  const value = run.loader(context)
  const { hardTimeoutMs } = run
  if (!isPromise(value) || hardTimeoutMs === undefined) return value
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(hardTimeoutMs, () => {
      const error = new ForebayError(
        'FOREBAY_LOADER_TIMEOUT',
        `The loader of ${JSON.stringify(run.key.slice(0, 60))} gave no value within ${hardTimeoutMs} ms.`,
      )
      reject(error)
      context.abort(error)
    })
    // A thenable of somebody's own may lack what a promise has.
    void Promise.resolve(value).then(resolve, reject).finally(cancel)
  })
}

/** The backend that the processes of one machine share: one file, no server, kept over restarts. */
import {
  ForebayError,
  checkOptions,
  defaultLogger,
  harmlessLogger,
  isInteger,
  isObjectWith,
  isText,
  type Backend,
  type Clock,
  type Journal,
  type Logger,
} from '@forebay/core'
import { DiskBus } from './bus/disk-bus.ts'
import { DiskCacheStore } from './entries/disk-cache-store.ts'
import { Environment } from './environment/environment.ts'
import { healthOf } from './environment/health.ts'
import { unusable } from './environment/place.ts'
import { Upkeep } from './environment/upkeep.ts'
import { DiskJournal } from './journal/disk-journal.ts'
import { DiskRateLimitStore } from './limits/disk-rate-limit-store.ts'
import { DiskLocks } from './locks/disk-locks.ts'
import { machineClock } from './machine-clock.ts'

export interface DiskBackendOptions {
  /** The folder, of this app alone; it is made where there is none. Relative paths are relative to the working directory. */
  readonly path: string
  /** Bound on the bytes of stored responses and values, as they lie in the file. Default 1 GiB. */
  readonly maxBytes?: number
  /** Hears warnings and errors. Default the console. */
  readonly logger?: Logger
}

export interface DiskBackend extends Backend {
  readonly journal: Journal
}

export const diskBackendDefaults = { maxBytes: 1_073_741_824 } as const

/** Less would be no more than the file's own bookkeeping. */
const leastBytes = 1_048_576

const checks = { path: isText, maxBytes: isInteger(leastBytes), logger: isObjectWith('warn', 'error') }

/**
 * Opens the folder, at once. All backends on one path, in this process, its worker threads and other processes of the
 * machine, share everything; each is closed by itself.
 * @throws ForebayError for options that are unknown, malformed or missing, and for a path that cannot be used.
 */
export function diskBackend(options: DiskBackendOptions): DiskBackend {
  const given: Partial<DiskBackendOptions> = options ?? {}
  checkOptions('diskBackend', given, checks)
  if (given.path === undefined) {
    throw new ForebayError(
      'FOREBAY_INVALID_OPTION',
      `diskBackend: path: undefined is not accepted. Accepted: ${isText.accepted}.`,
    )
  }
  return diskBackendWith(options)
}

/** @param clock another time than the machine's is for tests. */
export function diskBackendWith(options: DiskBackendOptions, clock?: Clock): DiskBackend {
  const { path, maxBytes = diskBackendDefaults.maxBytes } = options
  const logger = harmlessLogger(options.logger ?? defaultLogger)
  const environment = Environment.open(path, logger)
  try {
    return backendOn(environment, { maxBytes, logger, time: clock ?? machineClock(environment) })
  } catch (error) {
    void environment.close()
    throw unusable(path, error instanceof Error ? error.message : String(error), error)
  }
}

interface Settings {
  readonly maxBytes: number
  readonly logger: Logger
  readonly time: Clock
}

function backendOn(environment: Environment, { maxBytes, logger, time }: Settings): DiskBackend {
  const upkeep = new Upkeep({ environment, clock: time, logger })
  const bus = new DiskBus({ environment, clock: time, logger })
  const entries = new DiskCacheStore({ environment, clock: time, maxBytes, upkeep, logger })
  let closing: Promise<void> | undefined
  const closeOnce = (): Promise<void> => {
    bus.close()
    upkeep.close()
    return (closing ??= environment.close())
  }
  return {
    kind: 'disk',
    shared: true,
    clock: time,
    limits: new DiskRateLimitStore({ environment, clock: time, upkeep }),
    entries,
    locks: new DiskLocks({ environment, clock: time, upkeep }),
    journal: new DiskJournal({ environment, clock: time }),
    bus,
    health: healthOf(environment, time),
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  }
}

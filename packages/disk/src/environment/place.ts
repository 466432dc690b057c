/** Which file it is, in a folder that only its owner may look into. */
import { mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ForebayError, showValue, type Logger } from '@forebay/core'

/** The version of what is in the file: another one lies in another file. */
const layout = 1

/** `forebay-<layout>-<start of the machine>.mdb`, and the file beside it in which lmdb notes who reads. */
const ours = /^forebay-(?<layout>\d+)-(?<boot>[a-z0-9]+)\.mdb(?:-lock)?$/

export interface Place {
  readonly folder: string
  readonly file: string
  /** Whether another start of the machine begins with another file. */
  readonly isOfThisBoot: boolean
}

/**
 * Makes the folder where there is none. Nothing waits for the disk, so that after a failure of power a file may be
 * anything: each start of the machine has one of its own, and those of earlier ones are removed.
 * @throws ForebayError for a path that cannot be used.
 */
export function placeAt(path: string, logger: Logger): Place {
  const folder = folderAt(path, logger)
  const boot = bootId()
  const name = `forebay-${layout}-${boot ?? 'any'}.mdb`
  if (boot !== undefined) removeEarlier(folder, boot)
  return { folder, file: join(folder, name), isOfThisBoot: boot !== undefined }
}

/** What went wrong with a path, as an error that says what to do. */
export function unusable(path: string, why: string, cause?: unknown): ForebayError {
  return new ForebayError(
    'FOREBAY_INVALID_OPTION',
    `diskBackend: path: ${showValue(path)} cannot be used: ${why}. Accepted: a folder on a local disk that this process may write to, or one that can be made.`,
    cause === undefined ? undefined : { cause },
  )
}

function folderAt(path: string, logger: Logger): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    const folder = realpathSync(path)
    const { mode } = statSync(folder)
    if (process.platform !== 'win32' && (mode & 0o002) !== 0) {
      logger.warn(`forebay: disk: anybody may write to ${folder}, and so may answer in place of this app`)
    }
    return folder
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw unusable(path, code === 'EEXIST' || code === 'ENOTDIR' ? 'it is a file' : String(error), error)
  }
}

/** Undefined where the system does not tell. */
function bootId(): string | undefined {
  try {
    const id = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').replaceAll(/[^0-9a-f]/g, '')
    return id.length === 32 ? id : undefined
  } catch {
    return undefined
  }
}

function removeEarlier(folder: string, boot: string): void {
  for (const name of readdirSync(folder)) {
    const found = ours.exec(name)?.groups
    if (found === undefined || found['boot'] === boot) continue
    // Another process may have been quicker; and what cannot be removed only takes room.
    rmSync(join(folder, name), { force: true })
  }
}

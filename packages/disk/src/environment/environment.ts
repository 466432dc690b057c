/** The lmdb environment of one folder: opened once per thread, however many backends use it. */
import { statSync } from 'node:fs'
import { open, type RootDatabase } from 'lmdb'
import { ForebayError, type Logger } from '@forebay/core'
import { openExitGate, whileNotEnding } from './exit-gate.ts'
import { pageBytes, whatIsWrongWith } from './file-head.ts'
import { placeAt, unusable, type Place } from './place.ts'
import { Table } from './table.ts'

/** Commits at once, and waits for no disk. */
const transactionFlags = 2

/** Processes and threads that may read at one time. */
const mostReaders = 1_024

interface Opened {
  readonly root: RootDatabase<Buffer, Buffer>
  readonly tables: Map<string, Table>
  users: number
}

const opened = new Map<string, Opened>()

/**
 * Everything is synchronous. What is read within one turn of the event loop is one state of the whole, that of the first
 * read, of this thread's latest write or of the latest `refresh()`; other processes' writes show with the next.
 */
export class Environment {
  readonly folder: string
  /** Whether the file began with this start of the machine. */
  readonly isOfThisBoot: boolean
  readonly #file: string
  readonly #shared: Opened
  #isClosed = false

  private constructor(place: Place, shared: Opened) {
    this.folder = place.folder
    this.isOfThisBoot = place.isOfThisBoot
    this.#file = place.file
    this.#shared = shared
    shared.users++
  }

  /** @throws ForebayError for a path that cannot be used. */
  static open(path: string, logger: Logger): Environment {
    const place = placeAt(path, logger)
    openExitGate(logger)
    let shared = opened.get(place.file)
    if (shared === undefined) {
      shared = { root: openFile(path, place.file), tables: new Map(), users: 0 }
      opened.set(place.file, shared)
    }
    return new Environment(place, shared)
  }

  table(name: string): Table {
    const { root, tables } = this.#shared
    let table = tables.get(name)
    if (table === undefined) {
      table = new Table(root.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary' }))
      tables.set(name, table)
    }
    return table
  }

  /** Runs `work` while nobody else on this machine writes: all that it writes is there afterwards, or, when it throws, nothing. */
  write<T>(work: () => T): T {
    this.expectOpen()
    return whileNotEnding(() => this.#shared.root.transactionSync(work, transactionFlags))
  }

  /** From now on what other processes have written is read. */
  refresh(): void {
    this.expectOpen()
    this.#shared.root.resetReadTxn()
  }

  /** Frees what processes that died were reading: until then nothing of it can be written over. */
  forgetDeadReaders(): void {
    this.expectOpen()
    this.#shared.root.readerCheck()
  }

  /** Of the file. */
  get bytes(): number {
    return statSync(this.#file).size
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** @throws ForebayError `FOREBAY_CLOSED` after `close()`. */
  expectOpen(): void {
    if (this.#isClosed) throw new ForebayError('FOREBAY_CLOSED', 'diskBackend: it was closed.')
  }

  /** The last user of the file in this thread closes it. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    if (--this.#shared.users > 0) return
    opened.delete(this.#file)
    await this.#shared.root.close()
  }
}

const openOptions = {
  noSubdir: true,
  noSync: true,
  pageSize: pageBytes,
  maxDbs: 32,
  maxReaders: mostReaders,
  encoding: 'binary',
  keyEncoding: 'binary',
  // Of the file; lmdb's types do not know of it.
  permissionsMode: 0o600,
} as const

function openFile(path: string, file: string): RootDatabase<Buffer, Buffer> {
  const begins = 'without it, a new one is begun'
  try {
    const wrong = whatIsWrongWith(file)
    if (wrong !== undefined) throw new Error(wrong)
    return open<Buffer, Buffer>({ ...openOptions, path: file })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw unusable(path, `${file}: ${why}; ${begins}`, error)
  }
}

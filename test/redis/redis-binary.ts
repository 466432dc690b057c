/** A Redis server program, and the way to run it. */
export interface RedisBinary {
  readonly path: string
  /** Folders of shared libraries that came with the program; empty for one that the system installed. */
  readonly libraryPath: string
}

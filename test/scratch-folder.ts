/** A folder for modules that a test writes: inside the project, where the packages resolve. */
import { mkdirSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cache = fileURLToPath(new URL('../.cache/', import.meta.url))

/** A new one, empty. Whoever makes it removes it. @param name what its own begins with. */
export function scratchFolder(name: string): string {
  mkdirSync(cache, { recursive: true })
  return mkdtempSync(join(cache, `${name}-`))
}

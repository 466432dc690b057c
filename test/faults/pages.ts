/** What the app under test serves, and whether an answer is one that it may have given. */
import type { NeutralReply, NeutralRequest } from '@forebay/testing'

export const pageCount = 40

/** Pages have versions: after a purge the older ones are gone. */
export class Pages {
  readonly #versions: number[] = Array.from({ length: pageCount }, () => 1)
  /** Versions below this must not be served to whoever asks from now on. */
  readonly #least: number[] = Array.from({ length: pageCount }, () => 1)

  /** Takes effect with the next run of the handler. */
  change(page: number): void {
    this.#versions[page] = (this.#versions[page] ?? 0) + 1
  }

  /** Whatever was changed is what everybody has to see who asks from now on. */
  purged(page: number): void {
    this.#least[page] = this.#versions[page] ?? 0
  }

  leastOf(page: number): number {
    return this.#least[page] ?? 0
  }

  show({ params }: NeutralRequest): NeutralReply {
    const page = Number(params['id'])
    return { body: { kind: 'buffer', bytes: Buffer.from(content(page, this.#versions[page] ?? 0)) } }
  }

  /** Undefined when the content is whole, of this page, and no older than `least`. */
  whatIsWrong(page: number, least: number, received: string): string | undefined {
    const version = Number(/^page \d+ version (\d+):/.exec(received)?.[1])
    if (received !== content(page, version))
      return `another content of page ${page}: ${received.slice(0, 60)}`
    if (version < least) return `version ${version} of page ${page} after version ${least}`
    return version > (this.#versions[page] ?? 0) ? `version ${version} of page ${page} is none` : undefined
  }
}

function content(page: number, version: number): string {
  return `page ${page} version ${version}:${`${page}.${version} `.repeat(200 + page * 20)}.`
}

/** What is one client's alone. */
export function showMine({ headers }: NeutralRequest): NeutralReply {
  return {
    fields: [['cache-control', 'private']],
    body: { kind: 'text', text: `of ${String(headers['x-who'])}` },
  }
}

/** What one framework answers to the script, without what is the framework's own. */
import { request, type IncomingHttpHeaders } from 'node:http'
import { createResponseCache, memoryBackend } from '@forebay/core'
import { manualClock, type AdapterHarness } from '@forebay/testing'
import { appWide, onRoutes, script, type Asked } from './script.ts'

export interface Answer {
  readonly asked: string
  readonly status: number
  readonly fields: Readonly<Record<string, string | readonly string[]>>
  /** Bytes as Latin-1 text. */
  readonly body: string
}

/** Of the connection, its framing and its time; and Express's advertisement. */
const frameworksOwn = [
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'date',
  'x-powered-by',
]

/**
 * On a page of the framework's own (no route, a handler that failed) what describes its content is its own as well. Koa
 * takes away what others have set when a handler has failed.
 */
const ownPageOnly = [
  'x-request-id',
  'content-type',
  'etag',
  'content-security-policy',
  'x-content-type-options',
]

const silent = { warn: () => undefined, error: () => undefined }

/** All frameworks start at the same instant, near the wall clock by which they date. */
const startAt = Math.floor(Date.now() / 1_000) * 1_000

export async function transcriptOf(harness: AdapterHarness): Promise<Answer[]> {
  const clock = manualClock(startAt)
  const backend = memoryBackend({ clock })
  const parts = { backend, logger: silent }
  const cache = createResponseCache(parts)
  const apps = {
    app: await harness.start(appWide(harness, parts)),
    routes: await harness.start(onRoutes(harness, parts)),
  }
  const answers: Answer[] = []
  try {
    for (const step of script) {
      if (typeof step === 'function') await step({ clock, cache })
      else answers.push(await ask(apps[step.at].url, step))
    }
  } finally {
    await Promise.all([apps.app.close(), apps.routes.close()])
    await backend.close()
  }
  return answers
}

function ask(url: string, { at, path, method = 'GET', fields = {}, body }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // The same authority for all: ports differ.
    const headers = { host: 'shop.example', ...fields }
    const outgoing = request(`${url}${path}`, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const status = response.statusCode ?? 0
        const isOwnPage = status === 500 || (status === 404 && path === '/nothing')
        resolve({
          asked: [at, method, path, JSON.stringify(fields)].join(' '),
          status,
          fields: shown(response.headers, isOwnPage, path === '/nothing'),
          body: isOwnPage ? '' : Buffer.concat(chunks).toString('latin1'),
        })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Where there is no route, Fastify runs no cache, and says nothing of one. */
function shown(headers: IncomingHttpHeaders, isOwnPage: boolean, isUnrouted: boolean): Answer['fields'] {
  const hidden = new Set(isOwnPage ? [...frameworksOwn, ...ownPageOnly] : frameworksOwn)
  if (isUnrouted) hidden.add('cache-status')
  const fields: Record<string, string | readonly string[]> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !hidden.has(name)) fields[name] = value
  }
  return fields
}

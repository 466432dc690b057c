/** Looks, before anything is timed, whether an HTTP contestant does the job that its scenario is about. */
import { request, type IncomingHttpHeaders } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Handler } from './handler.ts'
import { fieldsOf, pathOf } from './request.ts'
import { expectedStatus, sizes, type HttpContestant, type Scenario } from './scenario.ts'

interface Answer {
  readonly status: number
  readonly fields: IncomingHttpHeaders
  readonly body: string
}

export interface Checked {
  readonly contestant: HttpContestant
  readonly scenario: Scenario
  readonly port: number
  /** How often the handler has run so far. */
  runs(): Promise<number>
}

/** A refresh in the background is done by then. */
const settleMs = 50

/** Resolves with the entity tag of the answer, if it has one; rejects with what is wrong. */
export async function checkHttp(subject: Checked): Promise<string | undefined> {
  const { contestant, scenario } = subject
  const first = await ask(subject, undefined)
  const etag = first.fields.etag
  // A stored response becomes stale meanwhile where the scenario is about that.
  await sleep(5)
  const runsBefore = await subject.runs()
  const second = await ask(subject, etag)
  await sleep(scenario === 'stale-1k' ? settleMs : 0)
  const ran = (await subject.runs()) - runsBefore
  const status = expectedStatus(scenario)
  if (second.status !== status) throw new Error(`it answers ${second.status} instead of ${status}`)
  if (status === 200 && second.body !== new Handler(sizes[scenario]).bytes().toString())
    throw new Error('it answers with another body than the handler')
  const expected = handlerRuns(contestant, scenario)
  if (ran !== expected)
    throw new Error(`it runs the handler ${ran} times for a request instead of ${expected}`)
  if (contestant.role !== 'floor') checkFields(scenario, second.fields)
  return etag
}

/** For each further request. */
function handlerRuns({ role }: HttpContestant, scenario: Scenario): number {
  if (role === 'floor') return 1
  const runs: Readonly<Record<Scenario, number>> = {
    'limit-allowed': 1,
    'limit-denied': 0,
    'hit-1k': 0,
    'hit-20k': 0,
    'hit-200k': 0,
    'stream-20k': 0,
    'not-modified': 0,
    'stale-1k': 1,
    'cold-1k': 1,
  }
  return runs[scenario]
}

function checkFields(scenario: Scenario, fields: IncomingHttpHeaders): void {
  const isLimit = scenario === 'limit-allowed' || scenario === 'limit-denied'
  if (isLimit && !Object.keys(fields).some((name) => /^(x-)?ratelimit/.test(name)))
    throw new Error('it says nothing of the limit in its fields')
  const said = fields['x-cache-status']
  if (said !== undefined && said !== (scenario === 'cold-1k' ? 'MISS' : 'HIT'))
    throw new Error(`it says that the cache status is ${String(said)}`)
}

function ask({ port, scenario }: Checked, etag: string | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        port,
        host: '127.0.0.1',
        path: pathOf(scenario),
        headers: fieldsOf(scenario, etag),
        agent: false,
        timeout: 10_000,
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            fields: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        )
      },
    )
    sent.on('timeout', () => sent.destroy(new Error('it does not answer')))
    sent.on('error', reject)
    sent.end()
  })
}

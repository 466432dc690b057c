/** What a process of its own can be told to do. */
import type { MakeSubject } from '../subject.ts'
import { dataSubject } from './data.ts'
import { decisionSubject } from './decision.ts'
import { redisSubject } from './redis.ts'

export type SubjectKind = 'decision' | 'redis' | 'data'

export const subjects: Readonly<Record<SubjectKind, MakeSubject>> = {
  decision: decisionSubject,
  redis: redisSubject,
  data: dataSubject,
}

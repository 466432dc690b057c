/** Everything that a response can be invalidated by. */
import type { HeaderFields } from '../ports/http.ts'
import { groupLabel, originOf, routeLabel, tagLabel } from './labels.ts'
import { groupsOf, taggedBy } from './response-tags.ts'
import type { Run } from './run.ts'
import { queryRuleOf } from './settings.ts'
import { labelsOfTarget } from './url-labels.ts'
import { askUserNow, isTextListAnswer } from './user-function.ts'

/** @throws UserFunctionError when the app's `tags` fails. */
export function labelsOf(run: Run, fields: HeaderFields): string[] {
  const { exchange } = run.request
  const { tags } = run.mount.settings
  const own =
    typeof tags === 'function'
      ? askUserNow({ operation: 'tags', accepts: isTextListAnswer }, tags, exchange)
      : tags
  const groups = groupsOf(fields)
  const labels = new Set([...own, ...taggedBy(fields), ...groups].map(tagLabel))
  for (const group of groups) labels.add(groupLabel(originOf(exchange), group))
  labels.add(routeLabel(run.route))
  for (const label of labelsOfTarget(exchange.host, exchange.target, queryRuleOf(run.mount.settings))) {
    labels.add(label)
  }
  return [...labels]
}

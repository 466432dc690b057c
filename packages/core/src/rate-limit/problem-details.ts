/** Why a request was denied, in the words of RFC 9457 and of the problem types that the RateLimit draft registers. */

const registry = 'https://iana.org/assignments/http-problem-types'

export interface ProblemDetails {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  /** Names of the policies that denied. */
  readonly 'violated-policies'?: readonly string[]
}

export function quotaExceeded(status: number, policies: readonly string[]): ProblemDetails {
  return {
    type: `${registry}#quota-exceeded`,
    title: 'Request cannot be satisfied as assigned quota has been exceeded',
    status,
    detail: `Too many requests${policies.length === 0 ? '' : `: the quota of ${policyNames(policies)} is used up`}.`,
    'violated-policies': policies,
  }
}

export function abnormalUsage(status: number, policies: readonly string[]): ProblemDetails {
  return {
    type: `${registry}#abnormal-usage-detected`,
    title: 'Request not satisfied due to detection of abnormal request pattern',
    status,
    detail: 'Too many requests: the client is kept out for a while.',
    'violated-policies': policies,
  }
}

export function temporaryReducedCapacity(policies: readonly string[], detail: string): ProblemDetails {
  return {
    type: `${registry}#temporary-reduced-capacity`,
    title: 'Request cannot be satisfied due to temporary server capacity constraints',
    status: 503,
    detail,
    'violated-policies': policies,
  }
}

/** No problem type of its own: the status says it all (RFC 9457 §4.2.1). */
export function forbidden(detail: string): ProblemDetails {
  return { type: 'about:blank', title: 'Forbidden', status: 403, detail }
}

function policyNames(policies: readonly string[]): string {
  const names = policies.map((name) => `'${name}'`).join(', ')
  return policies.length === 1 ? `policy ${names}` : `policies ${names}`
}

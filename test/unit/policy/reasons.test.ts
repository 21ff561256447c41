// Reasons are printed as tokens in Cache-Status and as label values in metrics (RFC 9211 §2.8).
import { expect, test } from 'vitest'
import { reasons } from '../../../src/policy/reasons.ts'

test.each(Object.entries(reasons))('%s must be a short token that is explained', (reason, { says, cite }) => {
  expect(reason).toMatch(/^[a-z]+(-[a-z]+)*$/)
  expect(reason.length).toBeLessThanOrEqual(24)
  expect(says).toMatch(/^[a-z].*[^.]$/)
  if (cite !== null) expect(cite).toMatch(/^RFC \d+ §[\d.]+$/)
})

// The queries of the research API: the same text in both forms, except where a count or the health check was rewritten.

/** Each list ends with the id, so that rows of one moment have an order too; the index brings them nearly sorted. */
export const queries = {
  keyOwner: 'SELECT user_id FROM api_keys WHERE key_hash = $1 AND active',
  publishedCards: 'SELECT * FROM cards WHERE published ORDER BY created_at DESC, id DESC LIMIT $1',
  cardsOfUser: 'SELECT * FROM cards WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2',
  userByEmail: 'SELECT id, username, email FROM users WHERE lower(email) = lower($1) ORDER BY id',
  userByName: 'SELECT id, username, email FROM users WHERE lower(username) = lower($1) ORDER BY id',
  authors: `SELECT * FROM authors WHERE username ILIKE $1 OR display_name ILIKE $1 ORDER BY id LIMIT $2`,
  newestContents:
    'SELECT id, platform, title, scraped_at FROM contents ORDER BY scraped_at DESC, id DESC LIMIT $1',
  scraped: `SELECT id, platform, title, scraped_at FROM contents
            WHERE platform = $1 ORDER BY scraped_at DESC, id DESC LIMIT $2`,
  analyzed: `SELECT id, platform, title, analyzed_at FROM contents
             WHERE analyzed_at IS NOT NULL ORDER BY analyzed_at DESC, id DESC LIMIT $1`,
  embedded: `SELECT id, title, embedding FROM contents
             WHERE embedding IS NOT NULL ORDER BY scraped_at DESC, id DESC LIMIT $1`,
  patternsByConfidence: 'SELECT * FROM patterns ORDER BY confidence_score DESC, id DESC LIMIT $1',
  patternsByDiscovery: 'SELECT * FROM patterns ORDER BY discovered_at DESC, id DESC LIMIT $1',
  sessions: 'SELECT * FROM research_sessions WHERE status = $1 ORDER BY created_at DESC, id DESC LIMIT $2',
  balances: `SELECT entry_type, sum(amount) AS amount, count(*)::int AS entries FROM extropy_ledger
             WHERE user_id = $1 GROUP BY entry_type ORDER BY entry_type`,
  transactions: `SELECT id, entry_type, amount, created_at FROM extropy_ledger
                 WHERE user_id = $1 AND entry_type = $2 ORDER BY created_at DESC, id DESC LIMIT $3`,
  attributions: `SELECT content_id, weight, contents.title FROM attributions JOIN contents ON contents.id = content_id
                 WHERE card_id = $1 ORDER BY weight DESC, content_id`,
} as const

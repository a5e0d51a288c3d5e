// What is deployed, worked out twice: with what azd passes when nothing is chosen, and as production with everything that can be chosen.
import { evaluate } from './evaluate.mjs';

const least = {
  AZURE_ENV_NAME: 'trial',
  AZURE_LOCATION: 'westeurope',
  CHAT_AUTH_AUTHORITY: 'https://login.example.com',
  CHAT_AUTH_AUDIENCE: 'chat',
};
const most = {
  ...least,
  CHAT_PROFILE: 'prod',
  CHAT_WEB_ORIGINS: 'https://chat.example.com,https://www.example.com',
  CHAT_ALERT_EMAIL: 'operators@example.com',
  CHAT_SERVICEBUS_SKU: 'Premium',
  CHAT_DEVELOPER_ID: '11111111-1111-1111-1111-111111111111',
};

export function deploymentsOf(world) {
  const types = world.json('tests/infra/types.json');
  return Object.entries({ dev: least, prod: most }).map(([profile, environment]) => {
    const problems = [];
    const made = evaluate({ world, types, file: 'infra/main.bicep', parameters: parametersOf(world, environment), problems });
    return { profile, types, problems, ...made, of: type => made.resources.filter(one => one.type.startsWith(`${type}@`)) };
  });
}

/** The parameters file with an environment's values in it, as azd fills it: numbers and truths are known by the parameter's type. */
function parametersOf(world, environment) {
  const declared = new Map(world.template('infra/main.bicep').declarations.map(one => [one.name, one.type]));
  const entries = Object.entries(world.json('infra/main.parameters.json').parameters).map(([name, { value }]) => {
    const filled = value.replace(/\$\{(\w+)(?:=([^}]*))?\}/g, (_, key, otherwise) => environment[key] ?? otherwise ?? '');
    const typed = { int: Number, bool: text => text === 'true' }[declared.get(name)] ?? String;
    return [name, typed(filled)];
  });
  return Object.fromEntries(entries);
}

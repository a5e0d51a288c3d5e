// What is deployed, twice: with what azd passes when nothing is chosen, and as production with everything that can be chosen.
import { snapshotOf, templateOf } from './compiler.mjs';

const least = {
  AZURE_ENV_NAME: 'trial',
  AZURE_LOCATION: 'westeurope',
  CHAT_AUTH_AUTHORITY: 'https://login.example.com',
  CHAT_AUTH_AUDIENCE: 'chat',
  CHAT_TRUST_MODE: 'strict',
};
const most = {
  ...least,
  CHAT_PROFILE: 'prod',
  CHAT_WEB_ORIGINS: ' https://chat.example.com, https://www.example.com,',
  CHAT_ALERT_EMAIL: 'operators@example.com',
  CHAT_SERVICEBUS_SKU: 'Premium',
  CHAT_DEVELOPER_ID: '11111111-1111-1111-1111-111111111111',
};

const compiled = name => `compiled/${name}.json`;

/** What the compiler makes of infra/, as files of the world. */
export function compile(world) {
  const template = templateOf(world);
  const deployed = environment => text(snapshotOf(world, parametersOf(world, template, environment)));
  return {
    [compiled('template')]: text(template),
    [compiled('dev')]: deployed(least),
    [compiled('prod')]: deployed(most),
    [compiled('any-origin')]: text({ refusal: refusalOf(() => deployed({ ...most, CHAT_WEB_ORIGINS: 'https://chat.example.com,*' })) }),
  };
}

/** The compiled template. */
export const template = world => world.json(compiled('template'));

/** Why a deployment that lets pages of any origin call is refused. */
export const refusalOfAnyOrigin = world => world.json(compiled('any-origin')).refusal;

/** The two deployments: their resources, by type too, and their outputs. */
export function deploymentsOf(world) {
  return ['dev', 'prod'].map(profile => {
    const { predictedResources, outputs, diagnostics } = world.json(compiled(profile));
    const resources = predictedResources.map(one => ({ ...one, leaf: one.name.split('/').at(-1) }));
    return { profile, resources, outputs, diagnostics, of: type => resources.filter(one => one.type === type) };
  });
}

/** The parameters file with an environment's values in it, as azd fills it: numbers and truths are known by the parameter's type. */
function parametersOf(world, { parameters: declared }, environment) {
  const entries = Object.entries(world.json('infra/main.parameters.json').parameters).map(([name, { value }]) => {
    const filled = value.replace(/\$\{(\w+)(?:=([^}]*))?\}/g, (_, key, otherwise) => environment[key] ?? otherwise ?? '');
    const typed = { int: Number, bool: text => text === 'true' }[declared[name]?.type] ?? String;
    return [name, typed(filled)];
  });
  return Object.fromEntries(entries);
}

const text = value => `${JSON.stringify(value, null, 2)}\n`;

function refusalOf(deploy) {
  try {
    deploy();
    return null;
  } catch (error) {
    return error.message;
  }
}

import { $, element } from './dom.js';

const reasons = {
  spam: 'Spam',
  scam: 'A scam',
  harassment: 'Harassment',
  hate: 'Hate',
  threat: 'A threat',
  selfHarm: 'Self-harm',
  ncii: 'Intimate pictures without consent',
  csam: 'Sexual abuse of children',
  minor: 'A child is in danger',
  impersonation: 'Somebody pretends to be somebody else',
  other: 'Something else',
};

/** Asks what is wrong with a message, and reports it. The dialog stays open until the report has arrived or the user gives up. */
export function report(api, message) {
  const dialog = $('report');
  $('reason').replaceChildren(...Object.entries(reasons).map(([value, textContent]) => element('option', { value, textContent })));
  $('report-error').textContent = '';
  dialog.querySelector('form').onsubmit = async event => {
    if (event.submitter?.value !== 'report') return;
    event.preventDefault();
    try {
      await api.report(message, $('reason').value, $('note').value.trim() || undefined);
      $('note').value = '';
      dialog.close();
      $('announcer').textContent = 'Reported.';
    } catch (refusal) {
      $('report-error').textContent = refusal.message;
    }
  };
  dialog.showModal();
}

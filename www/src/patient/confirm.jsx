// A phone or e-mail that I have written into my profile and do not sign in by yet: a code that comes there makes it so.
import { useState } from 'preact/hooks';
import { api } from '../common/api.js';
import { lang, t, tx } from '../common/i18n.js';
import { formatPhone, telHref } from '../common/phone.js';
import { Button, toast } from '../common/ui.jsx';
import { CodeForm, Refusal, refusalOf } from './code.jsx';
import { setMe } from './session.js';

/** field: 'phone' or 'email'. */
export function Confirm({ me, clinic, field }) {
  const [sent, setSent] = useState(null);
  const [refused, setRefused] = useState(null);
  const [busy, setBusy] = useState(false);
  const to = <strong class="nowrap">{field === 'phone' ? formatPhone(me.phone) : me.email}</strong>;
  const address = { [field]: me[field] };

  const ask = async () => {
    const { expiresIn, resendIn } = await api('POST', '/api/auth/addresses', { body: { ...address, language: lang.peek() } });
    setSent({ resendAt: Date.now() + resendIn * 1000, endsAt: Date.now() + expiresIn * 1000 });
  };
  const begin = async () => {
    setBusy(true);
    setRefused(null);
    try {
      await ask();
    } catch (error) {
      setRefused(refusalOf(error));
    } finally {
      setBusy(false);
    }
  };
  const send = async (code) => {
    await api('POST', '/api/auth/addresses/confirm', { body: { ...address, code } });
    toast(t(`patient.confirmed_${field}`));
    setMe(await api('GET', '/api/profiles/me'));
  };
  /* By what somebody else signs in, only the clinic can sort out. */
  const explain = (error) =>
    error.code === 'BAD_TRANSITION' && {
      title: t(`patient.taken_${field}`),
      text: clinic.phone
        ? tx('patient.takenCall', { phone: <a class="nowrap" href={telHref(clinic.phone)}>{formatPhone(clinic.phone)}</a> })
        : t('patient.takenText'),
    };
  return (
    <section class="card" aria-labelledby={`confirm-${field}`}>
      <div class="card__body card__body--3 stack stack--2">
        <h2 id={`confirm-${field}`}>{t(`patient.confirm_${field}`)}</h2>
        {sent ? (
          <CodeForm
            lead={tx('patient.confirmSent', { to })}
            id={`c-${field}`}
            label={t('patient.confirm')}
            {...sent}
            send={send}
            again={ask}
            other={t('patient.confirmLater')}
            leave={() => setSent(null)}
            explain={explain}
          />
        ) : (
          <>
            <p>{tx('patient.confirmText', { to })}</p>
            {refused && <Refusal of={refused} over={() => setRefused(null)} />}
            <div class="row">
              <Button busy={busy} off={refused?.kind === 'wait'} onClick={begin}>
                {t('patient.sendCode')}
              </Button>
            </div>
          </>
        )}
      </div>
    </section>
  );
}

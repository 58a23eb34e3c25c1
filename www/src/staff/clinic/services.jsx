/*
 * services - what can be booked: how long it takes, what it costs, and the
 * rules of booking it.
 */
import { useState } from 'preact/hooks';
import { ClipboardPlus } from 'lucide';
import { api } from '../../common/api.js';
import { money as written, t } from '../../common/i18n.js';
import { Button, Empty, toast } from '../../common/ui.jsx';
import { renewClinic } from '../session.js';
import { Online } from './doctors.jsx';
import { Order, useMoves } from './parts.jsx';
import { ServiceDialog } from './servicedialog.jsx';

export function Services({ clinic, services }) {
  const [asking, setAsking] = useState(null); /* { service }, or {} for a new one */
  const move = useMoves('services');
  const saved = async (name) => {
    await renewClinic().catch(() => {});
    toast(asking.service ? t('common.saved') : t('clinic.added', { name }));
    setAsking(null);
  };
  const add = <Button kind="primary" icon={ClipboardPlus} aria-haspopup="dialog" onClick={() => setAsking({})}>{t('clinic.addService')}</Button>;
  return (
    <>
      {services.length === 0 ? <Empty level="h2" icon={ClipboardPlus} title={t('clinic.noServices')} text={t('clinic.noServicesText')}>{add}</Empty> : (
        <>
          <div>{add}</div>
          <div class="table-box" tabIndex={0} role="region" aria-label={t('clinic.tab_services')}>
            <table class="table table--users table--clinic table--services">
              <caption class="visually-hidden">{t('clinic.tab_services')}</caption>
              <thead><tr>
                <th scope="col">{t('clinic.order')}</th><th scope="col">{t('clinic.service')}</th><th scope="col" class="end">{t('clinic.durationMinutes')}</th><th scope="col" class="end">{t('clinic.price')}</th>
                <th scope="col">{t('clinic.confirmation')}</th><th scope="col">{t('clinic.online')}</th><th scope="col"><span class="visually-hidden">{t('clinic.steps')}</span></th>
              </tr></thead>
              <tbody>
                {services.map((service, i) => (
                  <tr key={service.id} data-service={service.name}>
                    <td><Order row={service} index={i} count={services.length} onMove={move} /></td>
                    <td><div class="medium breaks">{service.name}</div>{service.description && <div class="muted breaks">{service.description}</div>}</td>
                    <td class="num end nowrap">{t('clinic.nMinutes', { n: service.durationMinutes })}</td>
                    <td class="num end nowrap">{service.price ? written(service.price, service.currency) : t('clinic.free')}</td>
                    <td>{t(service.autoConfirm ? 'clinic.atOnce' : 'clinic.byStaff')}</td>
                    <td><Online row={service} /></td>
                    <td><div class="row row--end"><Button small aria-haspopup="dialog" aria-label={t('clinic.edit', service)} onClick={() => setAsking({ service })}>{t('common.change')}</Button></div></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      {asking && <ServiceDialog service={asking.service} currency={clinic.currency} onClose={() => setAsking(null)} onSaved={saved}
        send={(body) => (asking.service ? api('PATCH', `/api/services/${asking.service.id}`, { body }) : api('POST', '/api/services', { body }))} />}
    </>
  );
}

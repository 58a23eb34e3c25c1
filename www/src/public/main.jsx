import '../styles/tokens.css';
import '../styles/fonts.css';
import '../styles/components.css';
import '../styles/public.css';
import { render } from 'preact';
import { startI18n, t } from '../common/i18n.js';
import { common } from '../strings/en.js';
import { Badge, Button, ToastHost } from '../common/ui.jsx';
import { api } from '../common/api.js';

await startI18n({ en: { common }, hi: () => import('./hi.js') });
api('GET', '/api/clinic');
render(<><h1>{t('common.today')}</h1><Badge status="confirmed" /><Button kind="primary">x</Button><ToastHost /></>, document.getElementById('app'));

/** Entry of every page: synthetic shadow first, as in Lightning Experience, then the host. */
import '@lwc/synthetic-shadow';
import { createElement } from 'lwc';
import App from 'host/app';

document.body.appendChild(createElement('host-app', { is: App }));

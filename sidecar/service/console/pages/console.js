// What pages cannot do without a script: follow the operation at work, and the log.
'use strict';

const EVERY = 1000;

async function asked(address) {
    const answer = await fetch(address, { headers: { Accept: 'application/json' } });
    if (!answer.ok || answer.redirected) {
        throw new Error(`${answer.status}`);
    }
    return answer.json();
}

function follow(notice) {
    const stage = notice.querySelector('[data-stage]');
    const look = async () => {
        const { operation } = await asked(notice.dataset.operation);
        if (!operation || !['waiting', 'working'].includes(operation.state)) {
            window.location.reload();
            return;
        }
        const text = operation.stage || operation.state;
        if (stage.textContent !== text) {
            stage.textContent = text;
        }
        setTimeout(() => look().catch(() => {}), EVERY);
    };
    setTimeout(() => look().catch(() => {}), EVERY);
}

function grow(log, pause) {
    const most = 5000;
    let next = Number(log.dataset.next);
    let paused = false;
    const add = ({ level, text }) => {
        const line = document.createElement('div');
        line.className = level;
        line.textContent = text;
        log.append(line);
    };
    const look = async () => {
        if (!paused && !document.hidden) {
            const part = await asked(`${log.dataset.log}?after=${next}`);
            const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 40;
            part.lines.forEach(add);
            next = part.next;
            while (log.childElementCount > most) {
                log.firstElementChild.remove();
            }
            if (atEnd && part.lines.length) {
                log.scrollTop = log.scrollHeight;
            }
        }
        setTimeout(() => look().catch(() => {}), 2 * EVERY);
    };
    pause.addEventListener('click', () => {
        paused = !paused;
        pause.setAttribute('aria-pressed', String(paused));
    });
    log.scrollTop = log.scrollHeight;
    setTimeout(() => look().catch(() => {}), EVERY);
}

document.querySelectorAll('[data-operation]').forEach(follow);
document.querySelectorAll('[data-log]').forEach((log) => grow(log, document.querySelector('[data-pause]')));

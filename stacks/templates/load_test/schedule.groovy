// Each request has its own due time, from the area under the profile: 0 to the rate, level, back to 0.
// A late answer delays nothing: the threads that are free send what is due, so that slowness cannot lower the offered rate.
import java.util.concurrent.atomic.AtomicLong

// Two seconds for every thread to be up before the first request is due.
long start = props.computeIfAbsent('schedule.start', { System.currentTimeMillis() + 2000 })
long number = props.computeIfAbsent('schedule.next', { new AtomicLong() }).getAndIncrement()

double rate = vars.get('rate') as double
double ramp = vars.get('ramp') as double
double hold = vars.get('hold') as double
double down = vars.get('ramp_down') as double
double risen = rate * ramp / 2
double held = risen + rate * hold
double all = held + rate * down / 2

if (number >= all) {
    ctx.thread.stop()
    return 0
}
double seconds
if (risen > number) {
    seconds = Math.sqrt(2 * ramp * number / rate)
} else if (held > number) {
    seconds = ramp + (number - risen) / rate
} else {
    seconds = ramp + hold + down * (1 - Math.sqrt(1 - 2 * (number - held) / (rate * down)))
}
long due = start + Math.round(seconds * 1000)
vars.put('due', due as String)
return Math.max(0, due - System.currentTimeMillis())

// Each request has its own due time, from the area under the profile: 0 to the rate, level, back to 0.
// A late answer delays nothing: the threads that are free send what is due, so that slowness cannot lower the offered rate.
import groovy.transform.CompileStatic
import java.util.concurrent.atomic.AtomicLong

// One for all threads. It is compiled ahead, for it runs before each request: the client's time is no part of the service's.
@CompileStatic
class Schedule {
    final AtomicLong next = new AtomicLong()
    // Two seconds for every thread to be up before the first request is due.
    final long start = System.currentTimeMillis() + 2000
    final double rate, ramp, hold, down, risen, held, all

    Schedule(double rate, double ramp, double hold, double down) {
        this.rate = rate
        this.ramp = ramp
        this.hold = hold
        this.down = down
        risen = rate * ramp / 2
        held = risen + rate * hold
        all = held + rate * down / 2
    }

    /** When the next request is due, in milliseconds of the clock; -1 after the last one. */
    long due() {
        long number = next.getAndIncrement()
        if (number >= all) {
            return -1
        }
        double seconds
        if (risen > number) {
            seconds = Math.sqrt(2 * ramp * number / rate)
        } else if (held > number) {
            seconds = ramp + (number - risen) / rate
        } else {
            seconds = ramp + hold + down * (1 - Math.sqrt(1 - 2 * (number - held) / (rate * down)))
        }
        return start + Math.round(seconds * 1000)
    }
}

def schedule = props.computeIfAbsent('schedule', {
    new Schedule(vars.get('rate') as double, vars.get('ramp') as double, vars.get('hold') as double, vars.get('ramp_down') as double)
})
long due = schedule.due()
if (due < 0) {
    ctx.thread.stop()
    return 0
}
vars.put('due', Long.toString(due))
return Math.max(0L, due - System.currentTimeMillis())

-- booking.lua - holds a free time and books it, two requests for each visit.
-- Every thread has a range of times of its own, so none is asked for twice.
-- Argument: a Lua file that returns doctors, service, monday and first.

local here = debug.getinfo(1, "S").source:match("@(.*/)")
dofile(here .. "report.lua")

local RANGE = 40000 -- times a thread
local threads = 0
local plan, at, held

function setup(thread)
   thread:set("number", threads)
   threads = threads + 1
end

function init(args)
   plan = dofile(args[1])
   plan.headers["Content-Type"] = "application/json"
   at = plan.first + number * RANGE
   held = {}
end

-- The n-th time: one doctor after the other, then the next of 28 visits of a
-- day, from Monday to Saturday.
local function time_of(n)
   local k = math.floor(n / #plan.doctors)
   local day = math.floor(k / 28)
   local place = k % 28
   local days = math.floor(day / 6) * 7 + day % 6
   local minutes = 9 * 60 + place * 15 + (place >= 16 and 180 or 0)
   return plan.doctors[n % #plan.doctors + 1],
      os.date("!%Y-%m-%dT%H:%M:%SZ", plan.monday + days * 86400 + minutes * 60)
end

function request()
   local h = table.remove(held)
   if h then
      return wrk.format("POST", "/api/appointments", plan.headers, string.format(
         '{"name":"Bench Visitor","phone":"+919800012345","email":"visitor@example.org","reason":"Knee pain",' ..
         '"reservationId":"%s","reservationToken":"%s"}', h[1], h[2]))
   end
   local doctor, time = time_of(at)
   at = at + 1
   return wrk.format("POST", "/api/reservations", plan.headers, string.format(
      '{"doctorId":"%s","serviceId":"%s","startsAt":"%s"}', doctor, plan.service, time))
end

function response(status, headers, body)
   local token = status == 201 and body:match('"token"%s*:%s*"([^"]+)"')
   if token then
      table.insert(held, { body:match('"id"%s*:%s*"([^"]+)"'), token })
   end
end

done = report

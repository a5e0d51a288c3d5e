using System.Runtime.InteropServices;
using Chat.Functions.Shared;

namespace Chat.Functions.RateLimits;

/// <summary>
/// Token buckets of any number of users in a table of fixed size, 4 MB: each holds <paramref name="burst"/> tokens and gets one more in
/// every <paramref name="interval"/>.
/// </summary>
/// <remarks>
/// A bucket is one instant, when it is full again (the generic cell rate algorithm). A full one needs no place, so the table holds only
/// users who took tokens lately. A user has eight possible places. If others took all eight, the bucket that is full first loses its
/// place, and its user gets the rest of their tokens early.
/// </remarks>
internal sealed class TokenBuckets(int burst, TimeSpan interval, TimeProvider time)
{
    private const int Places = 8;
    private const int Sets = 1 << 15;
    private const int Locks = 64;

    private readonly Bucket[] _buckets = new Bucket[Sets * Places];
    private readonly Lock[] _locks = [.. Enumerable.Range(0, Locks).Select(_ => new Lock())];
    private readonly long _interval = Math.Max(1, (long)(interval.TotalSeconds * time.TimestampFrequency));

    /// <summary>Takes tokens from a user's bucket; null when they were there, else nothing is taken.</summary>
    /// <param name="user">Whose bucket it is.</param>
    /// <param name="tokens">How many. Of more than a bucket holds, a full bucket gives all, and owes what it didn't have.</param>
    /// <param name="held">How many the same call has taken before.</param>
    public Shortage? TryTake(UserId user, int tokens, int held = 0)
    {
        var key = KeyOf(user);
        var set = (int)(key % Sets);
        var now = time.GetTimestamp();
        lock (_locks[set % Locks])
        {
            ref var bucket = ref Find(_buckets.AsSpan(set * Places, Places), key);
            var fullAt = bucket.Key == key && bucket.FullAt > now ? bucket.FullAt : now;
            var missing = fullAt - now;
            var wait = missing + ((Math.Min(tokens + held, burst) - held - burst) * _interval);
            if (wait > 0)
            {
                return new(Math.Max(0, burst - (int)((missing + _interval - 1) / _interval)), time.GetElapsedTime(0, wait));
            }

            bucket = new(key, fullAt + (tokens * _interval));
            return null;
        }
    }

    /// <summary>The bucket of a key, or else the place of the one that is full first.</summary>
    private static ref Bucket Find(Span<Bucket> places, ulong key)
    {
        var first = 0;
        for (var place = 0; place < places.Length; place++)
        {
            if (places[place].Key == key)
            {
                return ref places[place];
            }

            first = places[place].FullAt < places[first].FullAt ? place : first;
        }

        return ref places[first];
    }

    /// <summary>64 bits of two hashes, each with a random seed of the process: nobody can choose ids that share a bucket.</summary>
    private static ulong KeyOf(UserId user)
    {
        HashCode second = default;
        second.AddBytes(MemoryMarshal.AsBytes(user.Value.AsSpan()));
        return ((ulong)(uint)string.GetHashCode(user.Value, StringComparison.Ordinal) << 32) | (uint)second.ToHashCode();
    }

    private readonly record struct Bucket(ulong Key, long FullAt);
}

/// <summary>What a bucket lacked.</summary>
/// <param name="Left">The tokens that are there.</param>
/// <param name="Wait">How long until there are enough.</param>
internal readonly record struct Shortage(int Left, TimeSpan Wait);

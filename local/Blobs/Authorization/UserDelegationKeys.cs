using System.Security.Cryptography;
using System.Text;

namespace Chat.Local.Blobs.Authorization;

/// <summary>Keys with which people sign in their own name. They follow from what they say, so that none has to be kept.</summary>
internal static class UserDelegationKeys
{
    /// <summary>https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>The key's bytes. The parameters stand as a signature's query has them.</summary>
    public static byte[] Find(Principal principal, string start, string end, string version) => HMACSHA256.HashData(
        BlobService.Key,
        Encoding.UTF8.GetBytes(string.Join('\n', "user delegation", principal.ObjectId, principal.TenantId, start, end, "b", version)));
}
